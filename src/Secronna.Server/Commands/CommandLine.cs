using System.CommandLine;
using Secronna.Server.Hosting.Hardening;

namespace Secronna.Server.Commands;

/// <summary>The command line is wrong. The message says how it should be.</summary>
internal sealed class UsageException(string message) : Exception(message);

/// <summary>
/// Runs the program's commands. Errors go to standard error; the exit code is 1 for failures and 2 for wrong usage.
/// </summary>
internal static class CommandLine
{
    private const int FailureCode = 1;
    private const int WrongUsageCode = 2;

    /// <summary>Runs the command and returns its exit code.</summary>
    public static async Task<int> RunAsync(string[] args)
    {
        var root = new RootCommand("Secronna, a secrets manager that you run yourself")
        {
            DevCommand.Create(),
            ServeCommand.Create(),
            CheckCommand.Create(),
            MigrateCommand.Create(),
            WorkspaceCommand.Create(),
            ApiKeyCommand.Create(),
            MasterKeyCommand.Create(),
            KekCommand.Create(),
            LogKeyCommand.Create(),
            AuditCommand.Create(),
            BackupCommand.Create(),
            RestoreCommand.Create(),
            RestoredCommand.Create(),
            StorageCommand.Create(),
            ClockCommand.Create(),
        };

        // A word such as @file may be a secret typed by mistake, so it is not opened as a file of arguments.
        var parsed = root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null, EnablePosixBundling = false });
        if (WrongUsage.Of(parsed) is { } wrong)
        {
            await Console.Error.WriteLineAsync($"Error: {wrong}");
            return WrongUsageCode;
        }

        try
        {
            SettingsSource.RequireWorkingFolder();
            if (!SettingsSource.ReadDiagnostics())
            {
                ProcessHardening.Apply();
            }

            // A server handles signals itself. Every other command finishes its step when it is asked to end.
            using var interruption = parsed.CommandResult.Command.Name is "serve" or "dev" ? null : new Interruption();
            return await parsed.InvokeAsync(
                new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null },
                interruption?.Token ?? CancellationToken.None);
        }
        catch (UsageException exception)
        {
            await Console.Error.WriteLineAsync($"Error: {exception.Message}");
            return WrongUsageCode;
        }
        catch (OperationCanceledException)
        {
            await Console.Error.WriteLineAsync("Error: the command was interrupted before it finished");
            return FailureCode;
        }
        catch (Exception exception)
        {
            // Messages of the program's own exceptions say what to do. Messages of the framework at least say what is wrong.
            await Console.Error.WriteLineAsync($"Error: {exception.Message}");
            return FailureCode;
        }
    }
}
