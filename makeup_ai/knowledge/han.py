"""Traditional Chinese characters written the simplified way: those of ingredient names, and those of any text."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

_PAIRS = (
    "絲丝產产亞亚傳传體体蘭兰凍冻淨净凈净劑剂動动單单盧卢葉叶號号壞坏堅坚奧奥薑姜寶宝對对爾尔層层嶺岭帶带乾干並并庫库開开異异彈弹"
    "態态楊杨構构櫟栎樹树樣样欖榄櫚榈櫻樱櫞橼歡欢歐欧氣气氫氢漢汉瀉泻潔洁漿浆潤润溫温濾滤靈灵爐炉燭烛煙烟菸烟燒烧熱热狀状環环"
    "離离鹽盐盞盏礬矾礦矿矽硅鹼碱積积類类紅红纖纤純纯納纳經经絡络維维綠绿縷缕羅罗聯联膚肤膽胆勝胜膠胶腦脑脫脱蘆芦莧苋莖茎薈荟"
    "熒荧螢荧藥药蓮莲蘿萝藍蓝薔蔷蟲虫蠶蚕蝸蜗蠟蜡補补見见視视諾诺穀谷貝贝質质賴赖賽赛輔辅達达過过還还醯酰鈣钙鈦钛鈉钠鈷钴鉀钾"
    "鐵铁鈴铃鉍铋銅铜鋁铝鉻铬銨铵銀银鋪铺鋰锂鋅锌錫锡錳锰鎂镁長长間间頻频顏颜馬马魚鱼魯鲁鮑鲍鯊鲨鯨鲸鱷鳄鱗鳞鳥鸟鵑鹃麥麦黃黄"
    "齒齿龍龙發发髮发變变濃浓種种蘇苏雜杂皺皱絨绒繭茧莢荚輕轻鋇钡鎳镍雞鸡麗丽參参蔘参雙双傘伞鹵卤鉑铂鉬钼鈰铈鋯锆顆颗牽牵稈秆"
    "鈎钩鴯鸸鶓鹋蝦虾貽贻鵝鹅鴨鸭陽阳陳陈薺荠蕁荨藝艺蘋苹檸柠檬檬蓯苁蓽荜薊蓟蒔莳榮荣壇坛擬拟瓊琼銫铯鍶锶鉺铒"
)
_SIMPLIFIED = {ord(_PAIRS[i]): _PAIRS[i + 1] for i in range(0, len(_PAIRS), 2)}


def simplified(name: str) -> str:
    """Write a name's traditional characters the simplified way, as far as names of ingredients hold them.

    Examples:
        >>> simplified("菸鹼醯胺、透明質酸鈉")
        '烟碱酰胺、透明质酸钠'
    """
    return name.translate(_SIMPLIFIED)


def simplified_text(text: str) -> str:
    """Write the traditional characters of any text the simplified way, one for one.

    Beside those of `simplified`, `tables/traditional.txt` holds the characters of Big5's first level that are written
    in another way in GB2312, each before its simplified form, after the characters of OpenCC (Apache-2.0), and four
    more that GB2312 has or Big5's pairs leave out (於, 後, 彷, 妳). What simplified text writes too (著 in 显著) stays.

    Examples:
        >>> simplified_text("這瓶卸妝油後面會乾，顯著")
        '这瓶卸妆油后面会干，显著'
    """
    return text.translate(_all())


@cache
def _all() -> dict[int, str]:
    table = (files("makeup_ai.knowledge") / "tables" / "traditional.txt").read_text(encoding="utf-8")
    pairs = "".join(table.split())
    return {ord(pairs[i]): pairs[i + 1] for i in range(0, len(pairs), 2)} | _SIMPLIFIED
