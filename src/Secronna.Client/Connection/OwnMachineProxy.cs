using System.Net;

namespace Secronna.Client.Connection;

/// <summary>
/// The system's proxy, but never for this machine's own addresses. Plain HTTP is good enough for those because nobody is on
/// the way; by a proxy somebody would be.
/// </summary>
internal sealed class OwnMachineProxy(IWebProxy system) : IWebProxy
{
    public ICredentials? Credentials
    {
        get => system.Credentials;
        set => system.Credentials = value;
    }

    public Uri? GetProxy(Uri destination) => IsBypassed(destination) ? null : system.GetProxy(destination);

    public bool IsBypassed(Uri host) => host.IsLoopback || system.IsBypassed(host);
}
