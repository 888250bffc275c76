using System.CommandLine;
using System.Text;
using Secronna.Cli.Help;
using Secronna.Cli.Output;

namespace Secronna.Cli.Commands;

/// <summary><c>get project/env/KEY</c>: prints the value and nothing else.</summary>
internal static class GetCommand
{
    public static Command Create()
    {
        var path = new Argument<string>("PATH") { Description = "project/environment/KEY" };
        var version = Version();
        return new Command("get", "Print a secret's value and nothing else; the trail says so")
        {
            path, version,
        }.Example("secronna get web/production/DATABASE_URL").Does(invocation => RunAsync(invocation, invocation.Get(path), invocation.Get(version)));
    }

    public static Option<int?> Version() => new("--version") { Description = "Which version; the current one without it" };

    public static async Task RunAsync(Invocation invocation, string secret, int? version)
    {
        var revealed = await invocation.Client.Secrets.RevealAsync(secret, version, invocation.Cancellation).ConfigureAwait(false);
        if (invocation.Printer.IsJson)
        {
            Printer.Json(revealed, CliJson.Default.RevealResponse);
            return;
        }

        using var output = Console.OpenStandardOutput();
        output.Write(Encoding.UTF8.GetBytes(revealed.Value));
        // For eyes; a program gets the value exactly.
        if (!Console.IsOutputRedirected)
        {
            output.WriteByte((byte)'\n');
        }
    }
}
