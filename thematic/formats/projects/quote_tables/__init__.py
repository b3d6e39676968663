"""Tables of coded quotes from other programs: the words find their place in the transcripts of the study."""
