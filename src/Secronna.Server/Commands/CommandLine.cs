using System.CommandLine;
using Secronna.Server.Hosting.Hardening;

namespace Secronna.Server.Commands;

/// <summary>The command line does not fit together: a message that says how it should be.</summary>
internal sealed class UsageException(string message) : Exception(message);

/// <summary>The program's commands: errors on standard error, exit code 1; wrong usage, 2.</summary>
internal static class CommandLine
{
    private const int Failed = 1;
    private const int WrongUsageCode = 2;

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
        if (WrongUsage.Of(parsed) is { } wrong)
        {
            await Console.Error.WriteLineAsync($"Error: {wrong}");
            return WrongUsageCode;
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
            return WrongUsageCode;
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
}
