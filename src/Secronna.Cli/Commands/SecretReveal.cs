using System.CommandLine;
using System.Text;
using Secronna.Cli.Output;

namespace Secronna.Cli.Commands;

/// <summary>Reveals one secret and prints its value and nothing else.</summary>
internal static class SecretReveal
{
    /// <summary>The option <c>--version</c>.</summary>
    public static Option<int?> VersionOption() => new("--version") { Description = "The version to print; without this option, the current one" };

    /// <summary>Prints the value of a secret.</summary>
    /// <param name="invocation">The run of the command.</param>
    /// <param name="secret">The secret: its id or path.</param>
    /// <param name="version">The version; <c>null</c> means the current one.</param>
    public static async Task PrintAsync(CommandInvocation invocation, string secret, int? version)
    {
        var revealed = await invocation.Client.Secrets.RevealAsync(secret, version, invocation.Cancellation).ConfigureAwait(false);
        if (invocation.Printer.IsJson)
        {
            Printer.Json(revealed, CliJson.Default.RevealResponse);
            return;
        }

        using var output = Console.OpenStandardOutput();
        output.Write(Encoding.UTF8.GetBytes(revealed.Value));
        // A terminal gets a line break after the value. A program gets exactly the value.
        if (!Console.IsOutputRedirected)
        {
            output.WriteByte((byte)'\n');
        }
    }
}
