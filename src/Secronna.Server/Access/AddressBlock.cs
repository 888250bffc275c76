using System.Net;
using System.Net.Sockets;

namespace Secronna.Server.Access;

/// <summary>
/// What counts as one address where clients are counted: an IPv4 address, or of IPv6 the /64, of which whoever has one
/// address has all.
/// </summary>
internal static class AddressBlock
{
    private const int NetworkBytes = 8;

    /// <summary>The address that stands for the block.</summary>
    public static IPAddress Of(IPAddress address)
    {
        if (address.AddressFamily != AddressFamily.InterNetworkV6)
        {
            return address;
        }

        if (address.IsIPv4MappedToIPv6)
        {
            return address.MapToIPv4();
        }

        Span<byte> bytes = stackalloc byte[2 * NetworkBytes];
        address.TryWriteBytes(bytes, out _);
        bytes[NetworkBytes..].Clear();
        return new IPAddress(bytes);
    }

    /// <summary>Of an address in writing; all that is none is one block.</summary>
    public static IPAddress Of(string? address) => IPAddress.TryParse(address, out var parsed) ? Of(parsed) : IPAddress.None;
}
