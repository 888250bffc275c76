using System.Text;
using System.Text.Unicode;

namespace Secronna.Crypto.Trail;

/// <summary>Reads what <see cref="CborWriter"/> writes. Every method throws <see cref="FormatException"/> for anything else.</summary>
internal ref struct CborReader(ReadOnlySpan<byte> source)
{
    private readonly ReadOnlySpan<byte> source = source;
    private int position;

    /// <summary>The type of the next item.</summary>
    public readonly CborType Next => position < source.Length
        ? (CborType)(source[position] >> 5)
        : throw new FormatException("The entry is cut off.");

    /// <summary>Reads the head of a map, and returns the number of its pairs.</summary>
    public int Map() => Head(CborType.Map);

    public int Number() => Head(CborType.Number);

    public ReadOnlySpan<byte> Bytes() => Content(Head(CborType.Bytes));

    public string Text()
    {
        var text = Content(Head(CborType.Text));
        return Utf8.IsValid(text)
            ? Encoding.UTF8.GetString(text)
            : throw new FormatException("A text of the entry is not UTF-8.");
    }

    /// <summary>Passes over a number or a string, and returns the whole item, its head included.</summary>
    public ReadOnlySpan<byte> Item()
    {
        var start = position;
        position += CborHead.Read(source[position..], out var type, out var number);
        switch (type)
        {
            case CborType.Number:
                break;
            case CborType.Bytes or CborType.Text:
                Content(number);
                break;
            default:
                throw Unexpected();
        }

        return source[start..position];
    }

    private int Head(CborType expected)
    {
        position += CborHead.Read(source[position..], out var type, out var number);
        return type == expected ? number : throw Unexpected();
    }

    private ReadOnlySpan<byte> Content(int size)
    {
        if (size > source.Length - position)
        {
            throw new FormatException("The entry is cut off.");
        }

        var content = source.Slice(position, size);
        position += size;
        return content;
    }

    private static FormatException Unexpected() => new("An item of the entry has another type than its place asks for.");
}
