using System.Net;
using System.Net.Sockets;

namespace Secronna.Tests.Running;

/// <summary>Ports for programs that can't be told to take any: nobody listens there when they are given out.</summary>
internal static class FreePort
{
    public static int Next()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
