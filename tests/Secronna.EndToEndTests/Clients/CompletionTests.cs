using Secronna.EndToEndTests.Running;

namespace Secronna.EndToEndTests.Clients;

/// <summary>Completion in real shells, without a server and without a credential.</summary>
public sealed class CompletionTests : IDisposable
{
    // Scripts that do what a shell does when a user presses Tab, and print what the shell would offer, one line each.
    private static readonly Dictionary<string, string[]> Shells = new()
    {
        ["bash"] =
        [
            "bash", "--norc", "-c",
            """
            set -eu; . <(secronna completion bash); complete -p secronna >&2
            COMP_LINE=$1 COMP_POINT=${#1}; read -ra COMP_WORDS <<<"$1"; [[ $1 != *' ' ]] || COMP_WORDS+=('')
            COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _secronna; printf '%s\n' "${COMPREPLY[@]}"
            """, "_",
        ],
        ["zsh"] =
        [
            "zsh", "-fc",
            """
            autoload -U compinit; compinit -D -u; . <(secronna completion zsh); print $_comps[secronna] >&2
            compadd() { shift; print -l -- "$@" }; _files() { print -l -- $PREFIX*(N) }
            words=(${(z)1}); [[ $1 != *' ' ]] || words+=(''); CURRENT=$#words; PREFIX=$words[-1]; _secronna
            """, "_",
        ],
        ["fish"] = ["fish", "-N", "-c", "secronna completion fish | source; complete -c secronna >&2; complete -C $argv[1]"],
    };

    private readonly TemporaryFolder folder = new();

    public static TheoryData<string, string, string> Lines
    {
        get
        {
            var lines = new TheoryData<string, string, string>();
            foreach (var shell in Shells.Keys)
            {
                lines.Add(shell, "secronna ex", "export");
                lines.Add(shell, "secronna secret r", "reveal rm rollback");
                lines.Add(shell, "secronna export --format ", "docker dotenv json shell yaml");
                lines.Add(shell, "secronna export --env web/production --format d", "docker dotenv");
                lines.Add(shell, "secronna audit --outcome ", "denied failed success");
                lines.Add(shell, "secronna completion ", "bash fish zsh");
                lines.Add(shell, "secronna env diff --a", "--all");
                lines.Add(shell, "secronna api P", "PATCH POST PUT");
                lines.Add(shell, "secronna secret set web/production KEY --file val", "value.txt");
                lines.Add(shell, "secronna run --env web/production -- val", "value.txt");
            }

            return lines;
        }
    }

    public void Dispose() => folder.Dispose();

    [Theory]
    [MemberData(nameof(Lines))]
    public async Task A_shell_offers_the_expected_completions(string shell, string line, string expected)
    {
        await File.WriteAllTextAsync(folder["value.txt"], "");
        var path = $"{ClientProgram.Folder}:{Environment.GetEnvironmentVariable("PATH")}";
        var ended = await ClientProgram.RunAsync(
            "/usr/bin/env", folder.Path, [new("PATH", path), new("HOME", folder["home"]), new("XDG_CONFIG_HOME", folder["home"])],
            "", [.. Shells[shell], line]);
        Assert.True(ended.ExitCode == 0, ended.Error);
        Assert.Equal(expected.Split(' '), ended.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal));
        Assert.Single(ended.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains("_secronna", ended.Error, StringComparison.Ordinal);
    }
}
