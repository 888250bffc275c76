using System.CommandLine;
using Secronna.Cli.Commands;
using Secronna.Cli.Errors;
using Secronna.Cli.Help;
using Secronna.Cli.Output;
using Secronna.Client;
using Secronna.Protocol;

namespace Secronna.Cli;

/// <summary>Runs one command line: results go to standard output, everything else goes to standard error.</summary>
internal static class CliProgram
{
    private const int Failed = 1;
    private const int WrongUsage = 2;

    /// <summary>Parses the command line and runs its command.</summary>
    /// <returns>The exit code: 0 done, 1 failed, 2 wrong usage. 3 and 4 are of <c>audit verify</c>. <c>run</c> returns the exit code of the program that it ran.</returns>
    public static async Task<int> RunAsync(string[] args)
    {
        // `secronna help COMMAND` means `secronna COMMAND --help`, as in other programs.
        var parsed = CommandTree.Parse(args is ["help", .. var words] ? [.. words, "--help"] : args);
        if (UsageErrors.Of(parsed) is { } wrong)
        {
            return Fail(parsed, ErrorText.Of(ErrorCodes.ValidationError, wrong), WrongUsage);
        }

        try
        {
            return await parsed.InvokeAsync(
                new InvocationConfiguration { EnableDefaultExceptionHandler = false }).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            return Fail(parsed, TextOf(exception), exception is CliException error ? error.ExitCode : Failed);
        }
    }

    private static string TextOf(Exception exception) => exception switch
    {
        CliException error => ErrorText.Of(error.Code, error.Message),
        SecronnaException error => ErrorText.Of(error),
        OperationCanceledException => ErrorText.Of("INTERRUPTED", "the command was stopped before it finished"),
        IOException or UnauthorizedAccessException => ErrorText.Of("IO_ERROR", exception.Message),
        // The exception's message could contain a value, and a crash would write memory to disk: only the type is printed.
        _ => ErrorText.Of(ErrorCodes.InternalError, $"unexpected {exception.GetType().Name}: the server sent an answer that Secronna never sends, or this program has a bug"),
    };

    private static int Fail(ParseResult parsed, string text, int exitCode)
    {
        var style = parsed.GetValue(GlobalOptions.Json) ? new TerminalStyle(isOn: false) : TerminalStyle.Error;
        Console.Error.WriteLine(style.Message(text));
        return exitCode;
    }
}
