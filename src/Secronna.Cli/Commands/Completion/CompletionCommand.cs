using System.CommandLine;
using Secronna.Cli.Help;

namespace Secronna.Cli.Commands.Completion;

/// <summary>
/// <c>completion SHELL</c>: prints a script by which a shell asks this program which words may come next. The program answers
/// without a server.
/// </summary>
internal static class CompletionCommand
{
    private static readonly string[] Shells = ["bash", "zsh", "fish"];

    public static Command Create()
    {
        var shell = new Argument<string>("SHELL") { Description = string.Join(", ", Shells) }.AcceptOnlyFromAmong(Shells);
        return new Command("completion", "Print a script that completes the commands of this program in a shell") { shell }
            .WithExample("secronna completion bash > ~/.local/share/bash-completion/completions/secronna")
            .WithExample("secronna completion fish > ~/.config/fish/completions/secronna.fish")
            .WithAction(invocation => PrintAsync(invocation.Get(shell), invocation.Cancellation));
    }

    private static async Task PrintAsync(string shell, CancellationToken cancellation)
    {
        await using var script = typeof(CompletionCommand).Assembly.GetManifestResourceStream($"completion/{shell}")!;
        await using var output = Console.OpenStandardOutput();
        await script.CopyToAsync(output, cancellation).ConfigureAwait(false);
    }
}
