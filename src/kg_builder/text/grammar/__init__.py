"""What the rooms of the text wing stand on: words, figures, periods, areas, data of the genre."""
