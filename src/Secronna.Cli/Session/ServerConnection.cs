using Secronna.Client;
using Secronna.Protocol;

namespace Secronna.Cli.Session;

/// <summary>Which server, and who asks: from the variables, else from what was saved at login.</summary>
internal static class Connecting
{
    /// <summary>The variable that names the credential.</summary>
    public const string TokenVariable = "SECRONNA_TOKEN";

    private const string ServerVariable = "SECRONNA_API_URL";

    private static readonly TimeSpan ShortPatience = TimeSpan.FromSeconds(5);

    /// <summary>Whether the variable names the credential, so that what is saved doesn't count.</summary>
    public static bool IsTokenFromVariable => Variables.Find(TokenVariable) is not null;

    /// <summary>The server and the credential for it.</summary>
    /// <exception cref="SecronnaException">AUTH_REQUIRED: there is none for this server.</exception>
    public static (Uri Server, Credential Credential) Find(bool isInsecure)
    {
        var (address, token) = (Variables.Find(ServerVariable), Variables.Find(TokenVariable));
        var session = address is not null && token is not null ? null : SessionFile.OfUser.Read();
        var server = Parse(address ?? session?.Server, isInsecure);
        return (server, token is null ? Saved(session, server, isInsecure) : Credential.Of(token));
    }

    /// <summary>A client of a server with a credential.</summary>
    /// <param name="server">The server.</param>
    /// <param name="credential">Who asks.</param>
    /// <param name="isInsecure">Whether plain HTTP to another machine is allowed.</param>
    /// <param name="isImpatient">Whether it soon gives up on a server that is away.</param>
    public static SecronnaClient Open(Uri server, Credential credential, bool isInsecure, bool isImpatient = false)
    {
        var usual = new SecronnaClientOptions();
        return new SecronnaClient(new SecronnaClientOptions
        {
            Server = server,
            TokenSource = credential.TokenAsync,
            AllowPlainHttp = isInsecure,
            AttemptTimeout = isImpatient ? ShortPatience : usual.AttemptTimeout,
            Retries = isImpatient ? 1 : usual.Retries,
        });
    }

    /// <summary>The server to sign in to: the one that is named, else the variable's, else the one of this machine.</summary>
    public static Uri ServerToSignInTo(string? named, bool isInsecure) => Parse(named ?? Variables.Find(ServerVariable), isInsecure);

    /// <summary>Scheme, host and port.</summary>
    public static string Origin(Uri server) => server.GetLeftPart(UriPartial.Authority);

    /// <summary>Whether nobody on the way could read what is sent to an address, or that was allowed.</summary>
    public static bool IsSafe(string address, bool isInsecure) => Uri.TryCreate(address, UriKind.Absolute, out var uri)
        && (uri.Scheme == "https" || (uri.Scheme == "http" && (uri.IsLoopback || isInsecure)));

    private static Uri Parse(string? address, bool isInsecure)
    {
        var server = address is null ? SecronnaClientOptions.DefaultServer
            : Uri.TryCreate(address, UriKind.Absolute, out var given) && given.Scheme is "http" or "https" ? given
            : throw new UsageException("the server's address must begin with http:// or https://");
        return IsSafe(server.OriginalString, isInsecure)
            ? server
            : throw new CliException($"plain HTTP to {server.Host} would show keys and values to everyone on the way: use https://, or say --insecure");
    }

    // What is saved is for the server that it was saved for, and for no other.
    private static Credential Saved(SavedSession? session, Uri server, bool isInsecure)
    {
        if (session is null)
        {
            throw AuthRequired("no credential");
        }

        if (Origin(new Uri(session.Server)) != Origin(server))
        {
            throw AuthRequired($"no credential for {Origin(server)}: what is saved is for {Origin(new Uri(session.Server))}");
        }

        return session switch
        {
            { ApiKey: { } key } => Credential.Of(key),
            { SignIn: { } signIn } => Credential.Of(signIn, new RenewedToken(SessionFile.OfUser, session.Server, IdentityProvider.NewHttp, isInsecure, TimeProvider.System)),
            _ => throw AuthRequired("no credential"),
        };
    }

    private static SecronnaException AuthRequired(string message) => new(message, ErrorCodes.AuthRequired, null, null);
}
