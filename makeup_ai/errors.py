"""The few errors of our own. Everything else raises Python's built-in classes.

MakeupAIError
├── BundleError            a bundle or one of its files cannot be trusted
├── DataError              a file of somebody else's data is not what its mapping says (names file, row, column)
├── DivergedError          a training's loss is no longer a number
├── ExportError            a conversion failed, or its result is not shippable
│   └── ParityError        a converted file disagrees with its Keras model
├── ModelsMissingError     a model that has to be fetched once has not been
├── PhotoError             a photo cannot be read
└── VaultError             a profile's vault cannot be opened, read or written; nothing of it was read wrong
    ├── VaultBusyError         another process is using it for longer than was waited
    └── WrongPassphraseError   the vault is whole, but this key does not open it
"""


class MakeupAIError(Exception):
    """Base of every error that a caller may want to tell apart from a programming mistake."""


class BundleError(MakeupAIError, ValueError):
    """A bundle, or one of its files, is missing, changed, of an unknown schema, or reaches outside its folder."""


class DataError(MakeupAIError, ValueError):
    """A data file does not hold what its column mapping promises.

    Args:
        message: Expected, received and remedy.
        file: Path of the file, as given by the caller.
        row: Row in the file, counted from 1 with the header as row 1, or `None`.
        column: Column name in the file, or `None`.
    """

    def __init__(self, message: str, *, file: str | None = None, row: int | None = None, column: str | None = None):
        self.file, self.row, self.column = file, row, column
        where = ", ".join(
            f"{name} {value!r}" if name != "row" else f"row {value}"
            for name, value in (("file", file), ("row", row), ("column", column))
            if value is not None
        )
        super().__init__(f"{message} ({where})" if where else message)


class DivergedError(MakeupAIError, ValueError):
    """A training's loss is no longer a number: its options do not fit, and others may."""


class ExportError(MakeupAIError, RuntimeError):
    """A model could not be converted, or the converted file uses what a phone does not have."""


class ParityError(ExportError):
    """A converted file answers differently from the Keras model it came from, by more than its tolerance."""


class ModelsMissingError(MakeupAIError, FileNotFoundError):
    """The face models are not in the cache or the bundle; `makeup-ai models pull` fetches them."""


class PhotoError(MakeupAIError, ValueError):
    """A photo is empty, truncated, too large or not an image."""


class VaultError(MakeupAIError, RuntimeError):
    """A vault is damaged, changed, of an unknown version, or cannot be written to."""


class VaultBusyError(VaultError):
    """Another process is using the vault for longer than was waited; nothing was changed."""


class WrongPassphraseError(VaultError):
    """The vault's header is whole, but the passphrase or the keyring's secret does not open it."""
