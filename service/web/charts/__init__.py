"""Figures as pictures: the words, sums and days that stand in them, and the sentence that says the
same aloud."""
