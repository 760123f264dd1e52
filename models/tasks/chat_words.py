"""What people shorten when they type English, written out: translation models have read "I don't know", not "idk"."""

import re

# Only what means one thing; "it's" without its apostrophe is also "its", so some are missing.
WORDS = {
    "brb": "be right back", "bbl": "be back later", "afk": "away from the keyboard", "gtg": "I have to go",
    "ttyl": "talk to you later", "idk": "I don't know", "idc": "I don't care", "ik": "I know", "ikr": "I know, right",
    "tbh": "to be honest", "ngl": "to be honest", "imo": "in my opinion", "imho": "in my opinion", "btw": "by the way",
    "omg": "oh my God", "omw": "on my way", "lol": "haha", "lmao": "haha", "rofl": "haha", "gg": "good game",
    "ggwp": "good game, well played", "wp": "well played", "glhf": "good luck, have fun", "np": "no problem",
    "ty": "thank you", "tysm": "thank you so much", "thx": "thanks", "tnx": "thanks", "yw": "you're welcome",
    "pls": "please", "plz": "please", "ppl": "people", "u": "you", "ur": "your", "r": "are",
    "wyd": "what are you doing",
    "wbu": "what about you", "hbu": "how about you",
    "hmu": "write to me", "nvm": "never mind", "rn": "right now",
    "fyi": "for your information", "asap": "as soon as possible", "jk": "just kidding", "bc": "because",
    "cuz": "because", "coz": "because", "tho": "though", "gonna": "going to", "wanna": "want to", "gotta": "have to",
    "kinda": "a little", "dunno": "don't know", "lemme": "let me", "gimme": "give me", "cmon": "come on",
    "yep": "yes", "yup": "yes", "yeah": "yes", "nope": "no", "nah": "no", "sup": "what's up", "bday": "birthday",
    "hbd": "happy birthday", "tmrw": "tomorrow", "tmr": "tomorrow", "rly": "really", "pic": "picture",
    "pics": "pictures", "vid": "video", "vids": "videos", "fav": "favorite", "convo": "conversation",
    "prob": "probably", "probs": "probably", "obv": "obviously", "msg": "message",
    "msgs": "messages", "vc": "voice chat",
    "irl": "in real life", "bf": "boyfriend", "gf": "girlfriend", "bff": "best friend", "ily": "I love you",
    "ilysm": "I love you so much", "gn": "good night", "gm": "good morning", "gl": "good luck", "hf": "have fun",
    "cya": "see you", "abt": "about", "alot": "a lot", "im": "I'm", "ive": "I've", "dont": "don't", "cant": "can't",
    "wont": "won't", "didnt": "didn't", "doesnt": "doesn't", "isnt": "isn't", "arent": "aren't", "wasnt": "wasn't",
    "werent": "weren't", "havent": "haven't", "hasnt": "hasn't", "couldnt": "couldn't", "wouldnt": "wouldn't",
    "shouldnt": "shouldn't", "youre": "you're", "theyre": "they're", "thats": "that's", "whats": "what's",
    "wheres": "where's", "hows": "how's", "hes": "he's", "shes": "she's", "yall": "you all", "y'all": "you all",
    "dm me": "send me a private message", "a dm": "a private message", "wtf": "what on earth",
}  # fmt: skip
# Capitals make other words of these: an initial, an instant message, a company.
SMALL_ONLY = frozenset({"u", "r", "im", "gm", "bc", "hf", "gl", "wp", "np", "bf", "gf", "vc", "hes", "ur", "ik", "rn"})
_LONGEST_FIRST = sorted(WORDS, key=len, reverse=True)
SHORT = re.compile(rf"(?<![\w'@#/.:-])(?:{'|'.join(_LONGEST_FIRST)})(?![\w'/:-]|\.\w)", re.IGNORECASE)


def spell_out(text: str, language: str) -> str:
    """Return ``text`` with its English chat words written out; texts in other languages come back as they are."""
    return SHORT.sub(_written, text) if language == "en" else text


def _written(found: re.Match[str]) -> str:
    short = found[0]
    if short.lower() in SMALL_ONLY and not short.islower():
        return short
    whole = WORDS[short.lower()]
    return whole[0].upper() + whole[1:] if short[0].isupper() else whole
