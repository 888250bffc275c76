using Secronna.Client;

namespace Secronna.Cli.Session;

/// <summary>Which server, and who asks: from the variables, else from what was saved at login.</summary>
internal static class Connecting
{
    private const string ServerVariable = "SECRONNA_API_URL";
    private const string TokenVariable = "SECRONNA_TOKEN";

    /// <summary>A client with the credential that there is.</summary>
    /// <exception cref="SecronnaException">AUTH_REQUIRED: there is none for this server.</exception>
    public static SecronnaClient Open(bool isInsecure)
    {
        var session = SessionFile.OfUser.Read();
        var server = Server(session);
        return Open(server, Token(session, server), isInsecure);
    }

    /// <summary>A client of a server with a credential.</summary>
    public static SecronnaClient Open(Uri server, string token, bool isInsecure) =>
        new(new SecronnaClientOptions { Server = server, Token = token, AllowPlainHttp = isInsecure });

    /// <summary>Whether the variable names the credential, so that what is saved doesn't count.</summary>
    public static bool IsTokenFromVariable => Variable(TokenVariable) is not null;

    /// <summary>The variable's server, else the saved one, else the one of this machine.</summary>
    public static Uri Server(SavedSession? session) =>
        Parse(Variable(ServerVariable) ?? session?.Server ?? SecronnaClientOptions.DefaultServer.OriginalString);

    /// <summary>A server's address.</summary>
    /// <exception cref="UsageException">It is none.</exception>
    public static Uri Parse(string address) =>
        Uri.TryCreate(address, UriKind.Absolute, out var server) && server.Scheme is "http" or "https"
            ? server
            : throw new UsageException("the server's address must begin with http:// or https://");

    /// <summary>The credential for a server; a saved one is for the server that it was saved for alone.</summary>
    public static string Token(SavedSession? session, Uri server) =>
        Variable(TokenVariable)
        ?? (session is not null && Origin(new Uri(session.Server)) == Origin(server) ? session.ApiKey : null)
        ?? throw new SecronnaException(
            session is null ? "no credential" : $"no credential for {Origin(server)}: what is saved is for {Origin(new Uri(session.Server))}",
            "AUTH_REQUIRED", null, null);

    /// <summary>Scheme, host and port.</summary>
    public static string Origin(Uri server) => server.GetLeftPart(UriPartial.Authority);

    // An empty variable counts as not set.
    private static string? Variable(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}
