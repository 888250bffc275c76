using System.Net;

namespace Secronna.Client.Http;

/// <summary>
/// The system's proxy, except for loopback addresses, which are always reached directly. Plain HTTP is accepted for loopback
/// because the traffic stays on the machine; through a proxy it would not.
/// </summary>
internal sealed class LoopbackBypassProxy(IWebProxy system) : IWebProxy
{
    public ICredentials? Credentials
    {
        get => system.Credentials;
        set => system.Credentials = value;
    }

    public Uri? GetProxy(Uri destination) => IsBypassed(destination) ? null : system.GetProxy(destination);

    public bool IsBypassed(Uri host) => host.IsLoopback || system.IsBypassed(host);
}
