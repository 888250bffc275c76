using System.CommandLine;
using Secronna.Cli.Help;

namespace Secronna.Cli.Commands;

/// <summary><c>completion SHELL</c>: a script by which a shell asks this program what may follow. It asks no server.</summary>
internal static class CompletionCommand
{
    private static readonly string[] Shells = ["bash", "zsh", "fish"];

    public static Command Create()
    {
        var shell = new Argument<string>("SHELL") { Description = string.Join(", ", Shells) }.AcceptOnlyFromAmong(Shells);
        return new Command("completion", "Print a script that completes this program's commands in a shell") { shell }
            .Example("secronna completion bash > ~/.local/share/bash-completion/completions/secronna")
            .Example("secronna completion fish > ~/.config/fish/completions/secronna.fish")
            .Does(async invocation =>
            {
                await using var script = typeof(CompletionCommand).Assembly.GetManifestResourceStream($"completion/{invocation.Get(shell)}")!;
                await using var output = Console.OpenStandardOutput();
                await script.CopyToAsync(output, invocation.Cancellation).ConfigureAwait(false);
            });
    }
}
