using System.Net;
using System.Net.Sockets;

namespace Secronna.Server.Access;

/// <summary>
/// Maps an address to the block that counts as one client. The block of an IPv4 address is that address alone. The block of an
/// IPv6 address is its /64 network, because a client that has one address of a /64 has all of them.
/// </summary>
internal static class AddressBlock
{
    private const int NetworkBytes = 8;

    /// <summary>The block of an address, represented by the first address of the block.</summary>
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

    /// <summary>The block of an address in text form. <c>null</c> and all texts that are not addresses share one block.</summary>
    public static IPAddress Of(string? address) => IPAddress.TryParse(address, out var parsed) ? Of(parsed) : IPAddress.None;
}
