using System.CommandLine;
using System.CommandLine.Parsing;
using Secronna.Server.Hardening;

namespace Secronna.Server.Commands;

/// <summary>The command line does not fit together: a message that says how it should be.</summary>
internal sealed class UsageException(string message) : Exception(message);

/// <summary>The program's commands: errors on standard error, exit code 1; wrong usage, 2.</summary>
internal static class CommandLine
{
    private const int Failed = 1;
    private const int WrongUsage = 2;

    public static async Task<int> RunAsync(string[] args)
    {
        var root = new RootCommand("Secronna, a secrets manager that you run yourself")
        {
            DevCommand.Create(),
            ServeCommand.Create(),
            MigrateCommand.Create(),
            WorkspaceCommand.Create(),
            ApiKeyCommand.Create(),
            MasterKeyCommand.Create(),
            KekCommand.Create(),
            AuditCommand.Create(),
            BackupCommand.Create(),
            StorageCommand.Create(),
        };

        // A command line may hold what should not be repeated or opened: no @file, no quoting of unknown words.
        var parsed = root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null, EnablePosixBundling = false });
        if (parsed.Errors.Count > 0)
        {
            return await RefuseUsageAsync(parsed);
        }

        try
        {
            if (!SettingsSource.ReadDiagnostics())
            {
                ProcessHardening.Apply();
            }

            return await parsed.InvokeAsync(
                new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
        }
        catch (UsageException exception)
        {
            await Console.Error.WriteLineAsync($"Error: {exception.Message}");
            return WrongUsage;
        }
        catch (OperationCanceledException)
        {
            await Console.Error.WriteLineAsync("Error: stopped before it was done");
            return Failed;
        }
        catch (Exception exception)
        {
            // Ours say what to do; the framework's (an address in use, a certificate that does not fit) what is wrong.
            await Console.Error.WriteLineAsync($"Error: {exception.Message}");
            return Failed;
        }
    }

    private static async Task<int> RefuseUsageAsync(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        var missing = command.Options.Where(option => option.Required && parsed.GetResult(option) is null or { Implicit: true } or { Tokens.Count: 0 })
            .Select(option => option.Name)
            .Concat(command.Arguments.Where(argument => argument.Arity.MinimumNumberOfValues > 0 && parsed.GetResult(argument) is null or { Tokens.Count: 0 })
                .Select(argument => argument.Name))
            .ToList();
        var reason = missing.Count > 0
            ? $"missing: {string.Join(", ", missing)}"
            : command.Subcommands.Count > 0 && parsed.UnmatchedTokens.Count == 0
                ? $"name what to do: {string.Join(", ", command.Subcommands.Select(subcommand => subcommand.Name))}"
                : "there is an unknown command or option, or a value that does not fit its option";
        var path = string.Join(' ', PathOf(parsed.CommandResult));
        await Console.Error.WriteLineAsync($"Error: {reason}. See secronna-server {path}--help");
        return WrongUsage;
    }

    private static IEnumerable<string> PathOf(CommandResult result) => result.Parent is CommandResult parent
        ? [.. PathOf(parent).Where(part => part.Length > 0), result.Command.Name, ""]
        : [""];
}
