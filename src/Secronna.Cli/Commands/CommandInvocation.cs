using System.CommandLine;
using Secronna.Cli.Output;
using Secronna.Cli.Session;
using Secronna.Client;

namespace Secronna.Cli.Commands;

/// <summary>One run of a command: its arguments and options, the server, and the printer of its results.</summary>
internal sealed class CommandInvocation(ParseResult parsed, CancellationToken cancellation) : IDisposable
{
    private ServerConnection? connection;
    private SecronnaClient? client;

    public CancellationToken Cancellation => cancellation;

    /// <summary>A client of the server. It is created on first use, because some commands need no server.</summary>
    /// <exception cref="SecronnaException">AUTH_REQUIRED: there is no credential for the server.</exception>
    public SecronnaClient Client => client ??= Connection.CreateClient();

    /// <summary>The server and the credential for it.</summary>
    /// <exception cref="SecronnaException">AUTH_REQUIRED: there is no credential for the server.</exception>
    public ServerConnection Connection => connection ??= ServerConnection.Find(IsInsecure);

    /// <summary>Whether plain HTTP to another machine is allowed.</summary>
    public bool IsInsecure => parsed.GetValue(GlobalOptions.Insecure);

    public Printer Printer { get; } = new(parsed.GetValue(GlobalOptions.Json));

    /// <summary>The value of an argument that is required.</summary>
    public T Get<T>(Argument<T> argument) => parsed.GetRequiredValue(argument);

    /// <summary>The value of an argument that may be missing.</summary>
    public T? Find<T>(Argument<T> argument) => parsed.GetValue(argument);

    public T? Get<T>(Option<T> option) => parsed.GetValue(option);

    public void Dispose() => client?.Dispose();
}
