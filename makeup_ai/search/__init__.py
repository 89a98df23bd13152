"""Finding what answers a question: the words in it, the things it names, the statements and products that fit."""
