"""The network: a Transformer encoder and an SSRU decoder, in PyTorch, with Marian's names for its parameters.

The same family as the small Bergamot models (post-norm, tied embeddings, sinusoidal positions), so that the weights go
through the same conversion. SSRU: Kim et al. 2019, "From Research to Production and Back", arXiv:1910.00178.
Transformer: Vaswani et al. 2017, arXiv:1706.03762.
"""

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 - PyTorch's own name for it

from ..config import Ids, Shape

# How many tokens the decoder has seen of a sentence, and the state of each of its layers.
Seen = tuple[int, dict[int, Tensor]]
NOTHING: Seen = (0, {})


def positions(length: int, width: int) -> Tensor:
    """Return the sinusoidal positions, length×width: sines first, cosines behind them."""
    scales = torch.exp(torch.arange(width // 2) * -(math.log(10000) / (width // 2 - 1)))
    angles = torch.arange(length)[:, None] * scales
    return torch.cat([angles.sin(), angles.cos()], dim=-1)


class Translator(nn.Module):
    """`forward` returns the logits, batch×target×vocabulary, of every next token, given the ones before."""

    def __init__(self, shape: Shape, longest: int = 256) -> None:
        super().__init__()
        self.shape = shape
        self.p = nn.ParameterDict()
        self.register_buffer("positions", positions(longest, shape.width), persistent=False)
        self.p["Wemb"] = nn.Parameter(torch.randn(shape.vocabulary, shape.width) / math.sqrt(shape.width))
        self.p["decoder_ff_logit_out_b"] = nn.Parameter(torch.zeros(shape.vocabulary))
        for layer in range(1, shape.encoder + 1):
            self._attention(f"encoder_l{layer}_self")
            self._inner(f"encoder_l{layer}")
        for layer in range(1, shape.decoder + 1):
            name = f"decoder_l{layer}"
            self._linear(f"{name}_rnn_W", shape.width, shape.width)
            self._linear(f"{name}_rnn_Wf", shape.width, shape.width, bias=f"{name}_rnn_bf")
            self._norm(f"{name}_rnn_ffn")
            self._attention(f"{name}_context")
            self._inner(name)

    def _linear(self, name: str, rows: int, columns: int, *, bias: str | None = None) -> None:
        weight = torch.empty(rows, columns)
        nn.init.xavier_uniform_(weight)
        self.p[name] = nn.Parameter(weight)
        if bias:
            self.p[bias] = nn.Parameter(torch.zeros(columns))

    def _norm(self, name: str) -> None:
        self.p[f"{name}_ln_scale"] = nn.Parameter(torch.ones(self.shape.width))
        self.p[f"{name}_ln_bias"] = nn.Parameter(torch.zeros(self.shape.width))

    def _attention(self, name: str) -> None:
        for one in "qkvo":
            self._linear(f"{name}_W{one}", self.shape.width, self.shape.width, bias=f"{name}_b{one}")
        self._norm(f"{name}_Wo")

    def _inner(self, name: str) -> None:
        self._linear(f"{name}_ffn_W1", self.shape.width, self.shape.inner, bias=f"{name}_ffn_b1")
        self._linear(f"{name}_ffn_W2", self.shape.inner, self.shape.width, bias=f"{name}_ffn_b2")
        self._norm(f"{name}_ffn_ffn")

    def _dense(self, x: Tensor, weight: str, bias: str | None = None) -> Tensor:
        return F.linear(x, self.p[weight].t(), self.p[bias] if bias else None)

    def _drop(self, x: Tensor) -> Tensor:
        """Drop features, the same ones at every position of a sentence: as good here, and far cheaper to draw."""
        if not self.training or not self.shape.dropout:
            return x
        keep = 1 - self.shape.dropout
        mask = torch.empty(x.shape[0], 1, x.shape[2]).bernoulli_(keep).div_(keep)
        return x * mask.to(x.dtype)

    def _add_norm(self, x: Tensor, change: Tensor, name: str) -> Tensor:
        scale, bias = self.p[f"{name}_ln_scale"], self.p[f"{name}_ln_bias"]
        return F.layer_norm(x + self._drop(change), (self.shape.width,), scale, bias, 1e-6)

    def _split(self, x: Tensor) -> Tensor:
        return x.view(x.shape[0], x.shape[1], self.shape.heads, -1).transpose(1, 2)

    def _attend(self, name: str, x: Tensor, memory: Tensor, mask: Tensor) -> Tensor:
        q = self._split(self._dense(x, f"{name}_Wq", f"{name}_bq"))
        k = self._split(self._dense(memory, f"{name}_Wk", f"{name}_bk"))
        v = self._split(self._dense(memory, f"{name}_Wv", f"{name}_bv"))
        # Written out: on CPUs the fused kernel's backward pass is several times slower for sentences this short.
        scores = (q @ k.transpose(2, 3)).float() / math.sqrt(q.shape[-1]) + mask
        mixed = scores.softmax(-1).to(v.dtype) @ v
        joined = mixed.transpose(1, 2).reshape(x.shape)
        return self._add_norm(x, self._dense(joined, f"{name}_Wo", f"{name}_bo"), f"{name}_Wo")

    def _feed(self, name: str, x: Tensor) -> Tensor:
        hidden = F.relu(self._dense(x, f"{name}_ffn_W1", f"{name}_ffn_b1"))
        return self._add_norm(x, self._dense(hidden, f"{name}_ffn_W2", f"{name}_ffn_b2"), f"{name}_ffn_ffn")

    def embed(self, ids: Tensor) -> Tensor:
        """Return the tokens' embeddings, without their positions."""
        return F.embedding(ids, self.p["Wemb"]) * math.sqrt(self.shape.width)

    def encode(self, source: Tensor, mask: Tensor) -> Tensor:
        """Return the encoder's output, batch×source×width. `mask` is 0 for a token and very negative for padding."""
        x = self._drop(self.embed(source) + self.positions[: source.shape[1]])
        for layer in range(1, self.shape.encoder + 1):
            x = self._attend(f"encoder_l{layer}_self", x, x, mask)
            x = self._feed(f"encoder_l{layer}", x)
        return x

    def decode(self, before: Tensor, seen: Seen, memory: Tensor, mask: Tensor) -> tuple[Tensor, Seen]:
        """Return the logits after each of the tokens whose embeddings are `before`, and what the next call has to know.

        `seen` is what an earlier call returned, or nothing at a sentence's beginning.
        """
        start, states = seen
        x = self._drop(before + self.positions[start : start + before.shape[1]])
        for layer in range(1, self.shape.decoder + 1):
            name = f"decoder_l{layer}"
            forget = torch.sigmoid(self._dense(x, f"{name}_rnn_Wf", f"{name}_rnn_bf").float())
            cell = remembered(forget, self._dense(x, f"{name}_rnn_W").float(), states.get(layer))
            states = states | {layer: cell[:, -1:]}
            x = self._add_norm(x, F.relu(cell), f"{name}_rnn_ffn")
            x = self._attend(f"{name}_context", x, memory, mask)
            x = self._feed(name, x)
        logits = F.linear(x, self.p["Wemb"], self.p["decoder_ff_logit_out_b"])
        return logits, (start + before.shape[1], states)

    def forward(self, source: Tensor, target: Tensor) -> Tensor:
        """Return the logits of each of the target's tokens, given those before it. Both are ids, padded with -1."""
        mask = hiding(source)
        memory = self.encode(source.clamp(min=0), mask)
        before = F.pad(self.embed(target[:, :-1].clamp(min=0)), (0, 0, 1, 0))
        return self.decode(before, NOTHING, memory, mask)[0]


def hiding(source: Tensor) -> Tensor:
    """Return what is added to attention scores so that no token looks at padding."""
    return (source < 0).float()[:, None, None, :] * -1e9


def remembered(forget: Tensor, new: Tensor, before: Tensor | None) -> Tensor:
    """Return c of c[t] = f[t]·c[t-1] + (1 - f[t])·x[t], for all t, in log2(length) steps; `before` is c[-1], if any."""
    kept, cell = forget, (1 - forget) * new
    step = 1
    while step < forget.shape[1]:
        cell = cell + kept * F.pad(cell[:, :-step], (0, 0, step, 0))
        kept = kept * F.pad(kept[:, :-step], (0, 0, step, 0))
        step *= 2
    return cell if before is None else cell + kept * before


def padded(rows: Sequence[Ids]) -> Tensor:
    """Return the rows as one tensor, filled up with -1."""
    longest = max(map(len, rows))
    return torch.tensor([row + [-1] * (longest - len(row)) for row in rows])
