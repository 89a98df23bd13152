"""Files of other people in which the words that matter are marked: tagged lines, and tables of aspects."""
