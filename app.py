"""cnnviz: ``streamlit run app.py``.

Streamlit reads this file twice. The server imports it once and serves ``app``; each session then runs it as a
script, from top to bottom at every change, as any Streamlit app.
"""

if __name__ == "__main__":
    from cnnviz.ui import shell

    shell.run()
else:
    import streamlit as st
    from starlette.middleware import Middleware
    from starlette.middleware.gzip import GZipMiddleware

    from cnnviz.ui import guard, serving

    app = st.App(
        __file__,
        lifespan=serving.warmed,
        middleware=[Middleware(GZipMiddleware, minimum_size=1024), Middleware(serving.FreshAssets)],
        on_script_error=guard.unexpected,
    )
