"""A trained network asked questions.

checkpoints  which there are: the shipped ones, those of finished runs, those brought along
predict      what digit is this, and how sure
"""
