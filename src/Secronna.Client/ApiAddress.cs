using Secronna.Client.Http;

namespace Secronna.Client;

/// <summary>The address that requests are sent to.</summary>
internal static class ApiAddress
{
    private const string BasePath = "/api/v1";
    // A request over a Unix socket names a host all the same.
    private const string SocketOrigin = "http://localhost";
    private const string AddressVariable = "SECRONNA_API_URL";

    /// <summary>The server's origin with <c>/api/v1</c>: from the options, the environment variable, or the default.</summary>
    /// <exception cref="SecronnaException">
    /// VALIDATION_ERROR: the address is not an origin, or plain HTTP is not allowed for it.
    /// </exception>
    public static Uri Resolve(SecronnaClientOptions options)
    {
        var address = Find(options);
        if (UnixSocketAddress.IsSocket(address))
        {
            return new Uri(SocketOrigin + BasePath);
        }

        if (!IsOrigin(address))
        {
            throw ClientErrors.NotAnOrigin(address);
        }

        return address.Scheme == Uri.UriSchemeHttps || address.IsLoopback || options.AllowPlainHttp
            ? new Uri(address.GetLeftPart(UriPartial.Authority) + BasePath)
            : throw ClientErrors.PlainHttp(address);
    }

    /// <summary>The path of the Unix socket that the server listens on; <c>null</c> if its address is not a socket's.</summary>
    public static string? SocketOf(SecronnaClientOptions options) =>
        Find(options) is var address && UnixSocketAddress.IsSocket(address) ? UnixSocketAddress.PathOf(address) : null;

    private static Uri Find(SecronnaClientOptions options) => options.Server ?? FromEnvironment() ?? SecronnaClientOptions.DefaultServer;

    private static Uri? FromEnvironment() => EnvironmentVariable.Read(AddressVariable) is not { } text ? null
        : Uri.TryCreate(text, UriKind.Absolute, out var address) ? address
        : throw ClientErrors.Invalid($"the variable {AddressVariable} must be an http or https origin");

    private static bool IsOrigin(Uri address) => address.IsAbsoluteUri
        && (address.Scheme == Uri.UriSchemeHttp || address.Scheme == Uri.UriSchemeHttps)
        && address.AbsolutePath.TrimEnd('/') is "" or BasePath
        && address.Query.Length == 0 && address.Fragment.Length == 0 && address.UserInfo.Length == 0;
}
