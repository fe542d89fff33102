"""Charts: their labels, amounts and days, and the sentence that says the same to a screen
reader."""
