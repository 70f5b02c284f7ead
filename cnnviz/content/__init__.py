"""What is told beside the numbers: the notes' examples, in English here and in 中文 through the catalogue."""
