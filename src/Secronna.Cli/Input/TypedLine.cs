using System.Security.Cryptography;

namespace Secronna.Cli.Input;

/// <summary>A line as it is typed, byte by byte, in raw mode.</summary>
internal sealed class TypedLine : IDisposable
{
    private const byte Interrupt = 0x03;
    private const byte EndOfInput = 0x04;
    private const byte Backspace = 0x08;
    private const byte EraseLine = 0x15;
    private const byte Delete = 0x7F;

    private readonly MemoryStream bytes = new();

    /// <summary>Takes one byte more.</summary>
    /// <returns>Whether it ended the line.</returns>
    /// <exception cref="OperationCanceledException">The person gave up.</exception>
    public bool Add(byte pressed)
    {
        switch (pressed)
        {
            case (byte)'\r' or (byte)'\n':
                return true;
            case Interrupt:
            case EndOfInput when bytes.Length == 0:
                throw new OperationCanceledException();
            case EraseLine:
                bytes.SetLength(0);
                break;
            case Backspace or Delete:
                EraseCharacter();
                break;
            default:
                bytes.WriteByte(pressed);
                break;
        }

        return false;
    }

    /// <summary>What was typed.</summary>
    /// <exception cref="CliException">It is no text, or keys were pressed that are none.</exception>
    public string Text()
    {
        var text = ValueInput.Text(bytes.ToArray());
        return text.Any(character => char.IsControl(character) && character != '\t')
            ? throw new CliException("a key was pressed that is no text, such as an arrow: type it again, or use standard input")
            : text;
    }

    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(bytes.GetBuffer());
        bytes.Dispose();
    }

    // UTF-8: all bytes that go on with a character, and the one that begins it.
    private void EraseCharacter()
    {
        var length = (int)bytes.Length;
        while (length > 0 && (bytes.GetBuffer()[--length] & 0xC0) == 0x80)
        {
        }

        bytes.SetLength(length);
    }
}
