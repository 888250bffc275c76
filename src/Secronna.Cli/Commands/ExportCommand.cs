using System.CommandLine;
using System.Text;
using Secronna.Cli.Formats;

namespace Secronna.Cli.Commands;

/// <summary><c>export --env ENV --format …</c>: values as text, for other programs.</summary>
internal static class ExportCommand
{
    public static Command Create()
    {
        var environment = new Option<string>("--env") { Description = "An environment: its id, or project/environment", Required = true };
        var format = new Option<string>("--format") { Description = "dotenv, json, yaml, shell or docker", DefaultValueFactory = _ => "dotenv" };
        var only = new Option<string?>("--only") { Description = "Some keys alone, with commas between them" };
        var at = new Option<string?>("--at") { Description = "The values of a time, as 2026-01-31T09:00:00Z" };
        return new Command("export", "Print an environment's values for other programs; the trail names each\n\n  secronna export --env web/production --format json")
        {
            environment, format, only, at,
        }.Does(async invocation =>
        {
            if (!ExportFormats.Names.Contains(invocation.Get(format)!))
            {
                throw new UsageException($"the format is one of {string.Join(", ", ExportFormats.Names)}");
            }

            var keys = invocation.Get(only)?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            var revealed = await invocation.Client.Environments.RevealAsync(
                invocation.Get(environment)!, keys, invocation.Get(at) is { } time ? Times.Parse(time) : null, invocation.Cancellation).ConfigureAwait(false);
            var text = ExportFormats.Write(invocation.Get(format)!, revealed.Secrets.Select(secret => (secret.Key, secret.Value)));
            Invocation.Note($"Warning: {revealed.Secrets.Count} value(s) in the open. Keep them out of version control, and remove them when they are done with.");
            using var output = Console.OpenStandardOutput();
            output.Write(Encoding.UTF8.GetBytes(text));
        });
    }
}
