using System.CommandLine;
using Secronna.Cli.Commands;
using Secronna.Cli.Help;
using Secronna.Cli.Output;
using Secronna.Client;
using Secronna.Protocol;

namespace Secronna.Cli;

/// <summary>The program's commands: results on standard output, all else on standard error; exit code 1, or 2 for wrong usage.</summary>
internal static class CommandLine
{
    private const int Failed = 1;
    private const int Misused = 2;

    public static async Task<int> RunAsync(string[] args)
    {
        // As other programs have it, beside --help.
        var parsed = Parse(args is ["help", .. var words] ? [.. words, "--help"] : args);
        var style = parsed.GetValue(GlobalOptions.Json) ? new Style(isOn: false) : Style.Error;
        if (WrongUsage.Of(parsed) is { } wrong)
        {
            return Refuse(Advice.Of(ErrorCodes.ValidationError, wrong), Misused);
        }

        try
        {
            return await parsed.InvokeAsync(
                new InvocationConfiguration { EnableDefaultExceptionHandler = false }).ConfigureAwait(false);
        }
        catch (UsageException exception)
        {
            return Refuse(Advice.Of(exception.Code, exception.Message), Misused);
        }
        catch (CliException exception)
        {
            return Refuse(Advice.Of(exception.Code, exception.Message), Failed);
        }
        catch (SecronnaException exception)
        {
            return Refuse(Advice.Of(exception), Failed);
        }
        catch (OperationCanceledException)
        {
            return Refuse(Advice.Of("INTERRUPTED", "stopped before it was done"), Failed);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return Refuse(Advice.Of("IO_ERROR", exception.Message), Failed);
        }
        catch (Exception exception)
        {
            // Its message could have a value, and a crash's memory would.
            return Refuse(Advice.Of(ErrorCodes.InternalError, $"{exception.GetType().Name}, which should not be: an answer that no server of ours gives, or a fault of this program"), Failed);
        }

        int Refuse(string message, int code)
        {
            Console.Error.WriteLine(style.Message(message));
            return code;
        }
    }

    // A command line may hold what should not be repeated or opened: no @file, no quoting of unknown words.
    public static ParseResult Parse(IReadOnlyList<string> args) =>
        Create().Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null, EnablePosixBundling = false });

    public static RootCommand Create() => HelpText.AddTo(new RootCommand("Secrets on the command line, from a Secronna server")
    {
        GlobalOptions.Json,
        GlobalOptions.Insecure,
        AuthCommand.Create(),
        ProjectCommand.Create(),
        EnvCommand.Create(),
        SecretCommand.Create(),
        GetCommand.Create(),
        RunCommand.Create(),
        ExportCommand.Create(),
        ImportCommand.Create(),
        AuditCommand.Create(),
        ApiCommand.Create(),
        CompletionCommand.Create(),
    });
}
