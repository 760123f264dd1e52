"""Who may have the bot post for everyone, and what it posts."""

import discord
import pytest
from simcord.env import Env
from support.fakes import Fakes
from support.stage import Stage
from support.views import message_of, text_of

MUTED = discord.PermissionOverwrite(send_messages=False, use_application_commands=True)
NO_FILES = discord.PermissionOverwrite(attach_files=False)


@pytest.fixture
def stage(simcord_env: Env, fakes: Fakes) -> Stage:
    return Stage(simcord_env, fakes)


async def test_a_person_who_may_not_write_here_shares_nothing(stage: Stage) -> None:
    news = stage.guild.create_text_channel("news", overwrites={stage.ann: MUTED})
    answer = message_of(await stage.ann.slash(news, "ask", question="kv cache"))
    shared = await stage.ann.click(answer, label="Share the answer")
    assert "You can't write in that channel" in text_of(message_of(shared))
    assert shared.followups == []
