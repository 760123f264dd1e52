"""Everything people can do with Inferbot in Discord: load `inferbot.cogs` for all of it, or one feature by its file."""

from discord.ext import commands

from ..features import sharing
from .ask import Ask
from .complete import Complete
from .cost import Cost
from .feature import FeatureCog, add_feature
from .guide import Guide
from .isit import IsIt
from .label import Label
from .privacy import Privacy
from .quiz import Quiz
from .recommend import Recommend
from .translate import Translate

FEATURES: tuple[type[FeatureCog], ...] = (
    Guide,
    Ask,
    Label,
    Translate,
    Complete,
    Recommend,
    IsIt,
    Cost,
    Quiz,
    Privacy,
)


async def setup(bot: commands.Bot) -> None:
    """Add every feature to `bot`. Raises `CommandClash` or `SettingsError`, one sentence each."""
    for feature in FEATURES:
        await add_feature(bot, feature, __name__)


async def teardown(bot: commands.Bot) -> None:
    """Close the services if no other extension of ours still needs them."""
    await sharing.release(bot, __name__)
