using System.Globalization;
using System.Text;
using Secronna.Protocol;
using Secronna.Server.Access;

namespace Secronna.Server.Http;

/// <summary>
/// The header with which a caller says why it makes a request. The audit entries of the request keep the text. Its value is
/// printable ASCII. Other text is sent as <c>UTF-8''</c> and percent-encoding (the form of RFC 8187, section 3.2, without a
/// language).
/// </summary>
internal static class ReasonHeader
{
    /// <summary>The header's name.</summary>
    public const string Name = "Secronna-Reason";

    private const string EncodedPrefix = "UTF-8''";

    // The most bytes of UTF-8 that one UTF-16 character takes, each of them written as %XX.
    private const int MaxEncodedLength = Limits.ReasonLength * 3 * 3;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Reads the reason.</summary>
    /// <param name="headers">The request's headers.</param>
    /// <param name="reason">The text without spaces at its ends; <c>null</c> if the header was not sent or is malformed.</param>
    /// <returns>False if the header is malformed, too long, or was sent more than once.</returns>
    public static bool TryRead(IHeaderDictionary headers, out string? reason)
    {
        reason = null;
        if (!headers.TryGetValue(Name, out var values))
        {
            return true;
        }

        reason = values is [{ } value] && value.All(character => character is >= ' ' and <= '~') ? Text(value)?.Trim() : null;
        reason = reason is { Length: > 0 and <= Limits.ReasonLength } && Names.IsVisible(reason) ? reason : null;
        return reason is not null;
    }

    /// <summary>Refuses a request whose header can't be read. The message doesn't repeat what was sent.</summary>
    /// <exception cref="RequestException">VALIDATION_ERROR: the header is malformed, too long, or was sent more than once.</exception>
    public static void Check(IHeaderDictionary headers)
    {
        if (!TryRead(headers, out _))
        {
            throw Errors.InvalidReason(
                $"must be sent once, with 1 to {Limits.ReasonLength} characters, none of them a control or invisible character; send text beyond ASCII as UTF-8'' and percent-encoding");
        }
    }

    private static string? Text(string value) => value.StartsWith(EncodedPrefix, StringComparison.OrdinalIgnoreCase)
        ? Decode(value.AsSpan(EncodedPrefix.Length))
        : value;

    private static string? Decode(ReadOnlySpan<char> encoded)
    {
        if (encoded.Length > MaxEncodedLength)
        {
            return null;
        }

        var bytes = new List<byte>(encoded.Length);
        for (var i = 0; i < encoded.Length; i++)
        {
            if (encoded[i] != '%')
            {
                bytes.Add((byte)encoded[i]);
            }
            else if (i + 2 < encoded.Length
                && byte.TryParse(encoded.Slice(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var octet))
            {
                bytes.Add(octet);
                i += 2;
            }
            else
            {
                return null;
            }
        }

        try
        {
            return StrictUtf8.GetString([.. bytes]);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }
}
