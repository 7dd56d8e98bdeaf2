"""The completion scripts of three shells, made of the same rules.

Items are files, so shells find them without starting Python. The rules are one function, which gets
the words behind `gen` as far as they are written and prints what may come next.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

# In place of a kind: the one that the second word behind `gen` names.
NAMED_KIND: Final = "$2"

# Shells expand what they are given as candidates, and a repository may hold a file of any name.
_ITEMS: Final = """\
_gen_items() {
    local folder=$PWD
    case $1 in *[!a-z]*) return ;; esac
    while [ -n "$folder" ] && [ ! -d "$folder/.gen/items" ]; do folder=${folder%/*}; done
    command ls "$folder/.gen/items" 2>/dev/null | sed -n "s/^$1-\\([a-z0-9_]*\\)\\.toml$/\\1/p"
}"""
_FISH_ITEMS: Final = """\
function _gen_items
    set -l folder $PWD
    while test -n "$folder"; and not test -d "$folder/.gen/items"
        set folder (string replace -r '/[^/]*$' '' -- $folder)
    end
    command ls "$folder/.gen/items" 2>/dev/null | string replace -rf -- "^$argv[1]-([a-z0-9_]*)\\.toml\\$" '$1'
end"""


@dataclass(frozen=True, slots=True)
class Rule:
    """Behind any of these patterns come these words, or the items of a kind."""

    patterns: tuple[str, ...]
    words: tuple[str, ...] = ()
    items: str = ""


@dataclass(frozen=True, slots=True)
class Rules:
    """``behind`` looks at the word before, ``at`` at the count of words and the first: `1-show`.

    The first rule that fits is the one.
    """

    behind: Sequence[Rule]
    at: Sequence[Rule]


def bash(rules: Rules) -> str:
    """For `source <(gen completion bash)`."""
    return f"""\
{_ITEMS}
{_posix(rules)}
_gen() {{
    local found
    found=$(_gen_next "${{COMP_WORDS[@]:1:COMP_CWORD-1}}")
    COMPREPLY=($(compgen -W "$found" -- "${{COMP_WORDS[COMP_CWORD]}}"))
}}
complete -F _gen gen"""


def zsh(rules: Rules) -> str:
    """For `source <(gen completion zsh)`, also where nobody has called compinit yet."""
    return f"""\
{_ITEMS}
{_posix(rules)}
_gen() {{
    compadd -- ${{=$(_gen_next ${{words[2,CURRENT-1]}})}}
}}
(( $+functions[compdef] )) || {{ autoload -Uz compinit && compinit -i }}
compdef _gen gen"""


def fish(rules: Rules) -> str:
    """For `gen completion fish | source`."""
    return "\n".join(
        (
            _FISH_ITEMS,
            "function _gen_next",
            "    set -l words (commandline -opc)",
            "    set -e words[1]",
            '    switch "$words[-1]"',
            *(_fish_case(rule, "; return") for rule in rules.behind),
            "    end",
            '    switch (count $words)-"$words[1]"',
            *(_fish_case(rule) for rule in rules.at),
            "    end",
            "end",
            "complete -c gen -f -a '(_gen_next)'",
        )
    )


def _posix(rules: Rules) -> str:
    return "\n".join(
        (
            "_gen_next() {",
            "    local before",
            "    for before; do :; done",
            "    case $before in",
            *(_posix_case(rule, "; return") for rule in rules.behind),
            "    esac",
            # Braces, since zsh takes `$#-` for the length of `$-`.
            "    case ${#}-$1 in",
            *(_posix_case(rule) for rule in rules.at),
            "    esac",
            "}",
        )
    )


def _posix_case(rule: Rule, then: str = "") -> str:
    found = f'_gen_items "{rule.items}"' if rule.items else f"echo {' '.join(rule.words)}"
    return f"    {' | '.join(rule.patterns)}) {found}{then} ;;"


def _fish_case(rule: Rule, then: str = "") -> str:
    kind = "$words[2]" if rule.items == NAMED_KIND else rule.items
    found = f'_gen_items "{kind}"' if kind else f"printf '%s\\n' {' '.join(rule.words)}"
    patterns = " ".join(f"'{pattern}'" for pattern in rule.patterns)
    return f"    case {patterns}\n        {found}{then}"
