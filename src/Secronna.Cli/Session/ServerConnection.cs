using Secronna.Cli.Variables;
using Secronna.Client;
using Secronna.Protocol;

namespace Secronna.Cli.Session;

/// <summary>A server and the credential for it.</summary>
/// <param name="Server">The server's address.</param>
/// <param name="Credential">The caller's credential.</param>
/// <param name="IsInsecure">Whether plain HTTP to another machine is allowed.</param>
internal sealed record ServerConnection(Uri Server, Credential Credential, bool IsInsecure)
{
    private static readonly TimeSpan ImpatientTimeout = TimeSpan.FromSeconds(5);

    /// <summary>Whether <c>SECRONNA_TOKEN</c> is set, so that the saved credential is not used.</summary>
    public static bool IsTokenFromVariable => EnvironmentVariables.Find(EnvironmentVariables.Token) is not null;

    /// <summary>Finds the server and the credential: each from its environment variable, else from the saved session.</summary>
    /// <exception cref="SecronnaException">AUTH_REQUIRED: there is no credential for this server.</exception>
    public static ServerConnection Find(bool isInsecure)
    {
        var (address, token) = (EnvironmentVariables.Find(EnvironmentVariables.Server), EnvironmentVariables.Find(EnvironmentVariables.Token));
        var session = address is not null && token is not null ? null : SessionFile.OfUser.Read();
        var server = ServerAddress.Parse(address ?? session?.Server, isInsecure);
        return new ServerConnection(server, token is null ? Saved(session, server, isInsecure) : Credential.Of(token), isInsecure);
    }

    /// <summary>Creates a client of the server.</summary>
    /// <param name="isImpatient">
    /// Whether the client gives up after two attempts of 5 seconds each, for callers that have something to fall back on.
    /// </param>
    /// <param name="maximumAnswerBytes">The most bytes of an answer; <c>null</c> for the usual limit.</param>
    public SecronnaClient CreateClient(bool isImpatient = false, int? maximumAnswerBytes = null)
    {
        var usual = new SecronnaClientOptions();
        return new SecronnaClient(new SecronnaClientOptions
        {
            Server = Server,
            TokenSource = Credential.TokenAsync,
            AllowPlainHttp = IsInsecure,
            AttemptTimeout = isImpatient ? ImpatientTimeout : usual.AttemptTimeout,
            Retries = isImpatient ? 1 : usual.Retries,
            MaximumAnswerBytes = maximumAnswerBytes ?? usual.MaximumAnswerBytes,
        });
    }

    // The saved credential is used only for the server that it was saved for.
    private static Credential Saved(SavedSession? session, Uri server, bool isInsecure)
    {
        if (session is null)
        {
            throw AuthRequired("there is no credential");
        }

        var (saved, wanted) = (ServerAddress.Origin(new Uri(session.Server)), ServerAddress.Origin(server));
        if (saved != wanted)
        {
            throw AuthRequired($"there is no credential for {wanted}: the saved credential is for {saved}");
        }

        return session switch
        {
            { ApiKey: { } key } => Credential.Of(key),
            { SignIn: { } signIn } => Credential.Of(
                signIn, new AccessTokenRenewal(SessionFile.OfUser, session.Server, IdentityProvider.NewHttp, isInsecure, TimeProvider.System)),
            _ => throw AuthRequired("there is no credential"),
        };
    }

    private static SecronnaException AuthRequired(string message) => new(message, ErrorCodes.AuthRequired, null, null);
}
