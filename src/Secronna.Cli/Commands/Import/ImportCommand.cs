using System.CommandLine;
using Secronna.Cli.Commands.Import;
using Secronna.Cli.Formats;
using Secronna.Cli.Help;
using Secronna.Cli.Input;
using Secronna.Cli.Output;

namespace Secronna.Cli.Commands;

/// <summary><c>import --env ENV FILE</c>: keys and values of a file into an environment. No value is printed.</summary>
internal static class ImportCommand
{
    private const string StandardInput = "-";

    public static Command Create()
    {
        var environment = new Option<string>("--env") { Description = "An environment: its id, or project/environment", Required = true };
        var file = new Argument<string>("FILE") { Description = "The file; - reads standard input" };
        var format = new Option<string?>("--format") { Description = "What it is; JSON without this if its name ends in .json or it begins with {, else dotenv" };
        format.AcceptOnlyFromAmong([.. ImportFormats.Names]);
        var dryRun = new Option<bool>("--dry-run") { Description = "Only say what it would do" };
        return new Command("import", "Write a file's keys and values into an environment; what is there already is compared, and the trail names each")
        {
            environment, file, format, dryRun,
        }.Example("secronna import --env web/production --dry-run .env").Does(async invocation =>
        {
            var text = ImportFormats.Read(Read(invocation.Get(file)), invocation.Get(file), invocation.Get(format));
            if (text.Repeated.Count > 0)
            {
                Invocation.Note($"There more than once, of which the last counts: {string.Join(", ", text.Repeated)}");
            }

            var id = await invocation.Client.Environments.GetIdAsync(invocation.Get(environment)!, invocation.Cancellation).ConfigureAwait(false);
            var import = new EnvironmentImport(invocation.Client.Environments, id, Invocation.Note);
            await RunAsync(invocation, import, text.Secrets, invocation.Get(dryRun)).ConfigureAwait(false);
        });
    }

    private static async Task RunAsync(
        Invocation invocation, EnvironmentImport import, IReadOnlyList<KeyValuePair<string, string>> secrets, bool isDryRun)
    {
        var steps = await import.PlanAsync(secrets, invocation.Cancellation).ConfigureAwait(false);
        var keys = isDryRun
            ? [.. steps.Select(step => step.Planned)]
            : await import.WriteAsync(steps, invocation.Cancellation).ConfigureAwait(false);
        await invocation.Printer.AllAsync(
            keys.ToAsyncEnumerable(), CliJson.Default.ImportedKey, ["KEY", "RESULT", "VERSION"], key => [key.Key, key.Result, $"{key.Version}"],
            invocation.Cancellation).ConfigureAwait(false);
        Invocation.Note(
            $"{Count(keys, ImportResults.Added)} added, {Count(keys, ImportResults.Changed)} changed, {Count(keys, ImportResults.Unchanged)} unchanged."
            + (isDryRun ? " Nothing was written: that was a dry run." : ""));
    }

    private static int Count(IEnumerable<ImportedKey> keys, string result) => keys.Count(key => key.Result == result);

    private static byte[] Read(string file)
    {
        if (file != StandardInput)
        {
            return InputFile.Read(file);
        }

        using var input = Console.OpenStandardInput();
        using var content = new MemoryStream();
        input.CopyTo(content);
        return content.ToArray();
    }
}
