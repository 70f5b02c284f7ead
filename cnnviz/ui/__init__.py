"""The only rooms with streamlit beside app.py and pages/.

shell     the frame of every page: language, navigation, link
state     every key of session and link, in one typed table
i18n      the language of this session
cache     pure functions whose results are kept
guard     our errors become one sentence on the page
warm      heavy modules imported in the background
network   choosing a network, shared by the pages
training  the live view of a run
"""
