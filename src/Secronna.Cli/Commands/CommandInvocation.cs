using System.CommandLine;
using Secronna.Cli.Output;
using Secronna.Cli.Session;
using Secronna.Client;

namespace Secronna.Cli.Commands;

/// <summary>A command at work: what it was given, the server, and where results go.</summary>
internal sealed class Invocation(ParseResult parsed, CancellationToken cancellation) : IDisposable
{
    private (Uri Server, Credential Credential)? connection;
    private SecronnaClient? client;

    public CancellationToken Cancellation => cancellation;

    /// <summary>Made when it is first asked for: some commands need none.</summary>
    public SecronnaClient Client => client ??= Connecting.Open(Connection.Server, Connection.Credential, IsInsecure);

    /// <summary>Which server, and who asks.</summary>
    /// <exception cref="SecronnaException">AUTH_REQUIRED: there is no credential for it.</exception>
    public (Uri Server, Credential Credential) Connection => connection ??= Connecting.Find(IsInsecure);

    public bool IsInsecure => parsed.GetValue(GlobalOptions.Insecure);

    public Printer Printer { get; } = new(parsed.GetValue(GlobalOptions.Json));

    public T Get<T>(Argument<T> argument) => parsed.GetRequiredValue(argument);

    public T? Find<T>(Argument<T> argument) => parsed.GetValue(argument);

    public T? Get<T>(Option<T> option) => parsed.GetValue(option);

    /// <summary>Tells a person what was done, beside the results.</summary>
    public static void Note(string text) => Console.Error.WriteLine(Printer.PlainLines(text));

    public void Dispose() => client?.Dispose();
}

internal static class CommandExtensions
{
    /// <summary>What a command does. It fails by an exception.</summary>
    public static Command Does(this Command command, Func<Invocation, Task> action) => command.Ends(async invocation =>
    {
        await action(invocation).ConfigureAwait(false);
        return 0;
    });

    /// <summary>What a command does, and its exit code.</summary>
    public static Command Ends(this Command command, Func<Invocation, Task<int>> action)
    {
        command.SetAction(async (parsed, cancellation) =>
        {
            using var invocation = new Invocation(parsed, cancellation);
            return await action(invocation).ConfigureAwait(false);
        });
        return command;
    }
}
