"""Everything people can do with Inferbot in Discord: load `inferbot.cogs` for all of it, or a feature by its folder."""

from .ask import Ask
from .complete import Complete
from .cost import Cost
from .feature import extension
from .guide import Guide
from .isit import IsIt
from .label import Label
from .privacy import Privacy
from .quiz import Quiz
from .recommend import Recommend
from .status import Status
from .translate import Translate

FEATURES = (Guide, Ask, Label, Translate, Complete, Recommend, IsIt, Cost, Quiz, Privacy, Status)

setup, teardown = extension(__name__, *FEATURES)
