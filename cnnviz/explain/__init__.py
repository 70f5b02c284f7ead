"""A trained network asked questions.

checkpoints  which there are: the shipped ones and those of finished runs
predict      what digit is this, and how sure
"""
