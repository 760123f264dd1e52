"""The playground's web page: static files, served by pages.py; what lies here is what the browser runs."""
