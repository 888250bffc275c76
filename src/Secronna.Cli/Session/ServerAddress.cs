using Secronna.Cli.Errors;
using Secronna.Cli.Variables;
using Secronna.Client;

namespace Secronna.Cli.Session;

/// <summary>The addresses of servers, and whether traffic to an address is protected.</summary>
internal static class ServerAddress
{
    /// <summary>
    /// The server to sign in to: the server that the command line names, else the server of <c>SECRONNA_API_URL</c>, else the
    /// server on this machine.
    /// </summary>
    /// <exception cref="CliException">The address is neither http nor https, or is plain HTTP to another machine.</exception>
    public static Uri ForSignIn(string? named, bool isInsecure) =>
        Parse(named ?? EnvironmentVariables.Find(EnvironmentVariables.Server), isInsecure);

    /// <summary>Parses the address of a server; <c>null</c> means the server on this machine.</summary>
    /// <param name="address">The address.</param>
    /// <param name="isInsecure">Whether plain HTTP to another machine is allowed.</param>
    /// <exception cref="CliException">The address is neither http nor https, or is plain HTTP to another machine.</exception>
    public static Uri Parse(string? address, bool isInsecure)
    {
        var server = address is null ? SecronnaClientOptions.DefaultServer
            : Uri.TryCreate(address, UriKind.Absolute, out var given) && given.Scheme is "http" or "https" ? given
            : throw new UsageException("the address of the server must begin with http:// or https://");
        return IsSafe(server.OriginalString, isInsecure)
            ? server
            : throw new CliException($"plain HTTP to {server.Host} would show keys and values to everyone on the network path: use https://, or allow it with --insecure");
    }

    /// <summary>Scheme, host and port; of a Unix socket the whole address.</summary>
    public static string Origin(Uri server) => IsSocket(server) ? server.OriginalString : server.GetLeftPart(UriPartial.Authority);

    /// <summary>Whether nobody on the network path can read what is sent to an address, or plain HTTP is allowed.</summary>
    public static bool IsSafe(string address, bool isInsecure) => Uri.TryCreate(address, UriKind.Absolute, out var uri)
        && (uri.Host.Length > 0 || IsSocket(uri))
        && (uri.Scheme == "https" || (uri.Scheme == "http" && (uri.IsLoopback || IsSocket(uri) || isInsecure)));

    /// <summary>
    /// An address as it may be shown: characters beyond ASCII are escaped, so that no other address looks the same.
    /// </summary>
    public static string Shown(Uri address) => new UriBuilder(address) { Host = address.IdnHost }.Uri.GetComponents(UriComponents.AbsoluteUri, UriFormat.UriEscaped);

    // http://unix:/run/secronna/api.sock: nothing leaves the machine.
    private static bool IsSocket(Uri server) => server.OriginalString.StartsWith("http://unix:/", StringComparison.OrdinalIgnoreCase);
}
