using System.CommandLine;
using Secronna.Cli.Formats;
using Secronna.Cli.Help;
using Secronna.Cli.Input;
using Secronna.Cli.Output;

namespace Secronna.Cli.Commands.Import;

/// <summary><c>import --env ENV FILE</c>: writes the keys and values of a file into an environment. No value is printed.</summary>
internal static class ImportCommand
{
    public static Command Create()
    {
        var environment = ResourceArguments.EnvironmentOption();
        var file = new Argument<string>("FILE") { Description = "The file; - reads standard input" };
        var format = new Option<string?>("--format")
        {
            Description = "The format of the file; without this option, json if its name ends in .json or its content begins with {, else dotenv",
        };
        format.AcceptOnlyFromAmong([.. ImportFormats.Names]);
        var dryRun = new Option<bool>("--dry-run") { Description = "Only show what would change" };
        return new Command(
            "import", "Write the keys and values of a file into an environment; existing values are revealed to compare them, and the trail records each")
        {
            environment, file, format, dryRun,
        }.WithExample("secronna import --env web/production --dry-run .env").WithAction(async invocation =>
        {
            var imported = Read(invocation.Get(file), invocation.Get(format));
            await RunAsync(invocation, invocation.Get(environment)!, imported.Secrets, invocation.Get(dryRun)).ConfigureAwait(false);
        });
    }

    private static ImportedSecrets Read(string file, string? format)
    {
        var imported = ImportFormats.Read(InputFile.ReadOrStandardInput(file), file, format);
        if (imported.Repeated.Count > 0)
        {
            StandardError.WriteNote($"The file repeats these keys, and the last value of each counts: {string.Join(", ", imported.Repeated)}");
        }

        return imported;
    }

    private static async Task RunAsync(
        CommandInvocation invocation, string environment, IReadOnlyList<KeyValuePair<string, string>> secrets, bool isDryRun)
    {
        var id = await invocation.Client.Environments.GetIdAsync(environment, invocation.Cancellation).ConfigureAwait(false);
        var import = new EnvironmentImport(invocation.Client.Environments, id, StandardError.WriteNote);
        var steps = await import.PlanAsync(secrets, invocation.Cancellation).ConfigureAwait(false);
        var keys = isDryRun
            ? [.. steps.Select(step => step.Planned)]
            : await import.WriteAsync(steps, invocation.Cancellation).ConfigureAwait(false);
        await PrintAsync(invocation, keys, isDryRun).ConfigureAwait(false);
    }

    private static async Task PrintAsync(CommandInvocation invocation, IReadOnlyList<ImportedKey> keys, bool isDryRun)
    {
        await invocation.Printer.AllAsync(
            keys.ToAsyncEnumerable(), CliJson.Default.ImportedKey, ["KEY", "RESULT", "VERSION"], key => [key.Key, key.Result, $"{key.Version}"],
            invocation.Cancellation).ConfigureAwait(false);
        StandardError.WriteNote(
            $"{Count(keys, ImportResults.Added)} added, {Count(keys, ImportResults.Changed)} changed, {Count(keys, ImportResults.Unchanged)} unchanged."
            + (isDryRun ? " Nothing was written: this was a dry run." : ""));
    }

    private static int Count(IEnumerable<ImportedKey> keys, string result) => keys.Count(key => key.Result == result);
}
