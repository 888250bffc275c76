using System.Net;
using System.Net.Sockets;

namespace Secronna.Server.Access;

/// <summary>
/// What counts as one address where clients are counted: a single IPv4 address, or a /64 of IPv6, because whoever has one
/// address of a /64 has all of them.
/// </summary>
internal static class AddressBlock
{
    private const int NetworkBytes = 8;

    /// <summary>The block that an address belongs to, as the address that stands for it.</summary>
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

    /// <summary>The block of an address in text form. All texts that are no address, and <c>null</c>, are one block.</summary>
    public static IPAddress Of(string? address) => IPAddress.TryParse(address, out var parsed) ? Of(parsed) : IPAddress.None;
}
