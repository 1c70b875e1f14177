"""What a proctor may want to know: the vocabulary, what is worth noting, and words for both explanations."""
