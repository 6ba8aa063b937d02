"""What is noted while a report is read: its frame, and the things and facts that are found."""
