using System.Net.Sockets;

namespace Secronna.Client.Http;

/// <summary>
/// The address of a server that listens on a Unix socket: <c>http://unix:/run/secronna/api.sock</c>, as the server itself writes
/// it. The colon tells it from a host with the name unix.
/// </summary>
internal static class UnixSocketAddress
{
    private const string Prefix = "http://unix:/";

    /// <summary>Whether an address names a Unix socket.</summary>
    public static bool IsSocket(Uri address) => address.OriginalString.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase);

    /// <summary>The path of the socket that an address names.</summary>
    public static string PathOf(Uri address) => address.OriginalString[(Prefix.Length - 1)..];

    /// <summary>Connects to the socket, whatever host a request is for.</summary>
    /// <exception cref="IOException">No server listens on the socket, or this user may not connect to it.</exception>
    public static async ValueTask<Stream> ConnectAsync(string path, CancellationToken cancellation)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellation).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch (Exception exception) when (exception is SocketException or ArgumentException)
        {
            socket.Dispose();
            throw new IOException($"there is no connection to the socket {path}: {exception.Message}", exception);
        }
    }
}
