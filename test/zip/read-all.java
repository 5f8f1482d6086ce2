import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipInputStream;

/** Prints `name size crc32` of every entry of a ZIP, taken as a file (by its directory) or as a stream (front to back). */
class ReadAll {
    public static void main(String[] arguments) throws IOException {
        Path path = Path.of(arguments[1]);
        if (arguments[0].equals("file")) {
            try (ZipFile zip = new ZipFile(path.toFile())) {
                for (var entries = zip.entries(); entries.hasMoreElements();) {
                    ZipEntry entry = entries.nextElement();
                    try (InputStream content = zip.getInputStream(entry)) {
                        print(entry, content);
                    }
                }
            }
        } else {
            try (var zip = new ZipInputStream(new BufferedInputStream(Files.newInputStream(path)))) {
                for (ZipEntry entry; (entry = zip.getNextEntry()) != null;) print(entry, zip);
            }
        }
    }

    private static void print(ZipEntry entry, InputStream content) throws IOException {
        CRC32 crc = new CRC32();
        long size = 0;
        byte[] buffer = new byte[1 << 16];
        for (int read; (read = content.read(buffer)) > 0; size += read) crc.update(buffer, 0, read);
        System.out.println(entry.getName() + " " + size + " " + crc.getValue());
    }
}
