using System.Net;
using System.Net.Sockets;

namespace Secronna.Tests.Running;

/// <summary>
/// Free ports for programs that cannot choose one themselves. No program listens on a port when it is returned.
/// </summary>
internal static class FreePort
{
    public static int Next()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
