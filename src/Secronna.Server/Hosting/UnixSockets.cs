using System.Net.Sockets;
using System.Text;
using Secronna.Server.MasterKeys;
using Secronna.Storage.Engine;

namespace Secronna.Server.Hosting;

/// <summary>
/// The Unix sockets that the server listens on (<c>http://unix:/run/secronna/api.sock</c>). A server that is killed leaves its
/// socket behind, and the system lets nobody listen where a file exists.
/// </summary>
internal static class UnixSockets
{
    // sun_path of unix(7), without its final zero.
    private const int MaxPathBytes = 107;

    /// <summary>Requires that the server could make the sockets, or already has. It changes nothing.</summary>
    /// <exception cref="SettingsException">
    /// A path is too long, its folder is missing, or another kind of file is in its place. The message says what to do.
    /// </exception>
    public static void RequireUsable(IEnumerable<BindingAddress> addresses)
    {
        foreach (var path in Paths(addresses))
        {
            RequireUsable(path);
        }
    }

    /// <summary>Removes the sockets on which nobody listens any more.</summary>
    /// <exception cref="SettingsException">
    /// A program listens on a socket, or another kind of file is in its place. The message says what to do.
    /// </exception>
    public static void RemoveDead(IEnumerable<string> urls, IConfiguration configuration)
    {
        foreach (var path in Paths(ListenAddresses.All(urls, configuration)))
        {
            RemoveIfDead(path);
        }
    }

    private static IEnumerable<string> Paths(IEnumerable<BindingAddress> addresses) =>
        addresses.Where(address => address.IsUnixPipe).Select(address => address.UnixPipePath);

    private static void RemoveIfDead(string path)
    {
        RequireUsable(path);
        if (UnixFileStatus.Of(path) is null)
        {
            return;
        }

        if (Answers(path))
        {
            throw new SettingsException($"another program listens on the socket {path}: stop it, or name another path with --urls");
        }

        Delete(path);
    }

    private static void RequireUsable(string path)
    {
        if (Encoding.UTF8.GetByteCount(path) > MaxPathBytes)
        {
            throw new SettingsException($"the path of a socket has at most {MaxPathBytes} bytes, and {path} has more");
        }

        if (!Directory.Exists(Path.GetDirectoryName(path)))
        {
            throw new SettingsException($"there is no folder for the socket {path}: make it, or name another path with --urls");
        }

        if (UnixFileStatus.Of(path) is { IsSocket: false })
        {
            throw new SettingsException($"the server can't listen on the socket {path}, because another file is there: name another path with --urls");
        }
    }

    // The system refuses a connection at once where the process that made the socket is gone.
    private static bool Answers(string path)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(path));
            return true;
        }
        catch (SocketException exception)
        {
            return exception.SocketErrorCode != SocketError.ConnectionRefused;
        }
    }

    private static void Delete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new SettingsException($"nobody listens on the socket {path}, and it can't be removed: {exception.Message}");
        }
    }
}
