using System.CommandLine;
using System.Text;
using Secronna.Cli.Formats;
using Secronna.Cli.Help;
using Secronna.Cli.Output;

namespace Secronna.Cli.Commands.Export;

/// <summary><c>export --env ENV --format FORMAT</c>: prints values as text that another program reads.</summary>
internal static class ExportCommand
{
    public static Command Create()
    {
        var format = new Option<string?>("--format") { Description = "The format; without this option dotenv, or json with --json" };
        format.AcceptOnlyFromAmong([.. ExportFormats.Names]);
        var selection = new RevealOptions();
        var command = new Command("export", "Print the values of an environment for another program; the trail records each");
        selection.AddTo(command);
        command.Options.Add(format);
        return command
            .WithExample("secronna export --env web/production --format json")
            .WithAction(invocation => RunAsync(invocation, selection, invocation.Get(format)));
    }

    private static async Task RunAsync(CommandInvocation invocation, RevealOptions selection, string? format)
    {
        var secrets = await selection.RevealAsync(invocation).ConfigureAwait(false);
        var text = ExportFormats.Write(format ?? (invocation.Printer.IsJson ? "json" : "dotenv"), secrets);
        StandardError.WriteNote(
            $"Warning: this output contains {secrets.Count} value(s) in plaintext. Keep it out of version control, and delete it when it is no longer needed.");
        using var output = Console.OpenStandardOutput();
        output.Write(Encoding.UTF8.GetBytes(text));
    }
}
