using System.CommandLine;
using System.Text;
using Secronna.Cli.Formats;
using Secronna.Cli.Help;

namespace Secronna.Cli.Commands;

/// <summary><c>export --env ENV --format …</c>: values as text, for other programs.</summary>
internal static class ExportCommand
{
    public static Command Create()
    {
        var format = new Option<string?>("--format") { Description = "What reads it; without this dotenv, or json with --json" };
        format.AcceptOnlyFromAmong([.. ExportFormats.Names]);
        var (command, wanted) = (new Command("export", "Print an environment's values for other programs; the trail names each").Example("secronna export --env web/production --format json"), new RevealOptions());
        wanted.AddTo(command);
        command.Options.Add(format);
        return command.Does(async invocation =>
        {
            var secrets = await wanted.RevealAsync(invocation).ConfigureAwait(false);
            var text = ExportFormats.Write(invocation.Get(format) ?? (invocation.Printer.IsJson ? "json" : "dotenv"), secrets);
            Invocation.Note($"Warning: {secrets.Count} value(s) in the open. Keep them out of version control, and remove them when they are done with.");
            using var output = Console.OpenStandardOutput();
            output.Write(Encoding.UTF8.GetBytes(text));
        });
    }
}
