"""How a text comes about (R-10, R-11, R-34): what is asked, what is written, how it is checked and made to fit."""
